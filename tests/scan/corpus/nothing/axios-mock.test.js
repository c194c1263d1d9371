import axios from "axios";
import MockAdapter from "axios-mock-adapter";

const mock = new MockAdapter(axios);
mock.onPost("https://www.wixapis.com/ecom/v1/orders/search", { search: {} }).reply(200, { orders: [] });
