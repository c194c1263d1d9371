import Fastify from "fastify";

const fastify = Fastify();
fastify.route({ method: "POST", url: "/ecom/v1/orders/search", handler: async () => ({ orders: [] }) });
fastify.post("/ecom/v1/orders/search", async () => ({ orders: [] }));
