import { deposit, eventsOf, MarketScale, send, suiteQueries } from "@ballast/client";
import type { Signer, SuiteAddresses } from "@ballast/client";

/** Deposits collateral, buys at the market, and tells what was bought for how much. */
export async function buy(signer: Signer, addresses: SuiteAddresses, size: string, worstPrice: string): Promise<string> {
  const { perpMarket } = suiteQueries(signer.client, addresses);
  const { collateral, collateral_decimals } = await perpMarket.config();
  const { config } = await perpMarket.market({ market: 0 });
  const scale = new MarketScale(config, collateral_decimals);

  // Both messages in one transaction: all of it, or nothing.
  const sent = await send(signer, [
    deposit(collateral, addresses.perpMarket, 0, BigInt(scale.quote("1000"))),
    {
      contract: addresses.perpMarket,
      msg: {
        place_order: {
          subaccount: 0,
          market: 0,
          side: "buy",
          size: scale.size(size),
          order_type: { market: { worst_price: scale.limitPrice(worstPrice, "buy") } },
          reduce_only: false,
        },
      },
    },
  ]);

  // Anybody can write events of the same names: look at those of the contract.
  const trades = eventsOf(sent.events, "ballast_trade").filter(({ contract }) => contract === addresses.perpMarket);
  const bought = trades.reduce((sum, { data }) => sum + data.size, 0n);
  const paid = trades.reduce((sum, { data }) => sum + data.value, 0n);
  return `bought ${scale.formatSize(bought)} for ${scale.formatQuote(paid)}`;
}
