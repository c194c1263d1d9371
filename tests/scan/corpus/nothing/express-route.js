import express from "express";

const app = express();
app.post("/ecom/v1/orders/search", (request, response) => response.json({ orders: [], metadata: {} }));
app.use("/ecom/v1/orders/search", express.json());
