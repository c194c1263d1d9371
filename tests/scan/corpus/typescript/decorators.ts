import { orders } from "@wix/ecom";

@Injectable()
export class Reports {
  @Cron("0 * * * *")
  async hourly(@Inject("clock") clock: Clock): Promise<void> {
    await orders.searchOrders({ filter: { _updatedDate: { $gt: clock.hourAgo() }, "channelInfo.type": { $nin: ["POS", "WEBSITE"] } } });
  }
}
