import { wixServerClient } from "@/lib/wixServerClient";

export async function POST() {
  const wix = await wixServerClient();
  const pageSize = 50;
  let page = 0;
  let seen = 0;
  while (true) {
    let res: any;
    try {
      res = await wix.orders.searchOrders({ limit: pageSize, page } as any);
    } catch (error) {
      return Response.json({ error: String(error) }, { status: 500 });
    }
    const found = res?.orders || [];
    if (!found.length) break;
    seen += found.length;
    page++;
  }
  return Response.json({ seen });
}
