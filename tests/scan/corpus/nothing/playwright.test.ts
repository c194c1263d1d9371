import { test } from "@playwright/test";

test("page", async ({ page }) => {
  await page.route("**/ecom/v1/orders/search", (route) => route.fulfill({ json: { orders: [] } }));
});
