import { NextRequest, NextResponse } from "next/server";

const WIX_API = "https://www.wixapis.com" as const;

export async function GET(request: NextRequest) {
  const memberId = request.nextUrl.searchParams.get("memberId");
  const response = await fetch(`${WIX_API}/ecom/v1/orders/search`, {
    method: "POST",
    headers: { Authorization: process.env.WIX_API_KEY! },
    body: JSON.stringify({ query: { filter: { "buyerInfo.memberId": memberId } } }),
  });
  const data = (await response.json()) as { orders: unknown[] };
  return NextResponse.json(data.orders);
}
