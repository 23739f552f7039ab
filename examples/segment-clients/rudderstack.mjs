// RudderStack's own client, told nothing but another host: node rudderstack.mjs URL KEY COUNT
import RudderAnalytics from "@rudderstack/rudder-sdk-node";

const [dataPlaneUrl, writeKey, count] = process.argv.slice(2);
const client = new RudderAnalytics(writeKey, { dataPlaneUrl, flushInterval: 50 });
const send = (kind, message) =>
  new Promise((sent, failed) => {
    client[kind](message, (error) => (error ? failed(error) : sent()));
  });
const calls = [send("identify", { userId: "node-1", traits: { name: "Bo", email: "bo@x.example" } })];
for (let n = 0; n < Number(count); n++)
  calls.push(send("track", { userId: `node-${n % 20}`, event: "rudderstack-node", properties: { n } }));
await Promise.all(calls);
process.exit(0);
