import axios, { AxiosInstance } from "axios";

export class WixApi {
  private http: AxiosInstance;

  constructor(token: string) {
    this.http = axios.create({ baseURL: "https://www.wixapis.com", headers: { Authorization: token } });
  }

  async number(value: number) {
    const { data } = await this.http.post<{ orders: any[] }>("/ecom/v1/orders/search", {
      search: { filter: { number: { $eq: String(value) } } },
    });
    return data.orders.find((order) => order._id);
  }
}
