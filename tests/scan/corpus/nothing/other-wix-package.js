import { products } from "@wix/stores";
import { contacts } from "@wix/crm";

export const run = () => products.searchProducts({ search: { filter: {} } });
export const people = () => contacts.queryContacts().find();
