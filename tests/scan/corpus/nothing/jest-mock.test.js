jest.mock("@wix/ecom", () => ({ orders: { searchOrders: jest.fn() } }));
import { run } from "./run.js";

test("searches once", async () => {
  await run();
  expect(fetchMock).toHaveBeenCalledWith("https://www.wixapis.com/ecom/v1/orders/search", { body: "{}" });
});
