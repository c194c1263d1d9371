import ky from "ky";

const wix = ky.create({ prefixUrl: "https://www.wixapis.com/ecom/v1" });

export const firstPage = () => wix.post("orders/search", { json: { search: { cursorPaging: { limit: 1000 } } } }).json();
