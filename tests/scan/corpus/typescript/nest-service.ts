import { HttpService } from "@nestjs/axios";
import { firstValueFrom } from "rxjs";

export class WixOrders {
  private readonly url = "https://www.wixapis.com/ecom/v1/orders/search";

  constructor(private readonly http: HttpService) {}

  async since(date: Date) {
    const body = { search: { filter: { updatedDate: { $gte: date.toISOString() } }, sort: [{ fieldName: "updatedDate" }] } };
    const response = await firstValueFrom(this.http.post(this.url, body));
    return response.data.orders;
  }
}
