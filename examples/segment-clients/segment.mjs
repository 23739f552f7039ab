// Segment's own client, told nothing but another host: node segment.mjs URL KEY COUNT
import { Analytics } from "@segment/analytics-node";

const [host, writeKey, count] = process.argv.slice(2);
const client = new Analytics({ writeKey, host });
let failed = 0;
client.on("error", () => (failed += 1));
client.identify({ userId: "node-0", traits: { firstName: "Ann", lastName: "Lee", createdAt: new Date(0) } });
client.group({ userId: "node-0", groupId: "g1", traits: { name: "Acme" } });
client.page({ userId: "node-0", name: "Pricing" });
for (let n = 0; n < Number(count); n++)
  client.track({ userId: `node-${n % 20}`, event: "segment-node", properties: { revenue: `${n}` } });
await client.closeAndFlush();
process.exit(failed ? 1 : 0);
