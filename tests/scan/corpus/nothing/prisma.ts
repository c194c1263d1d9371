import { PrismaClient } from "@prisma/client";

const prisma = new PrismaClient();
export const searchOrders = (status: string) => prisma.order.findMany({ where: { status } });
export const run = () => searchOrders("APPROVED");
