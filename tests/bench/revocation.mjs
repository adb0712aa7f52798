// Revoking a tree of 1,000 grants, and delivering what that announces to one fast receiver.
import { make_certificate } from "../support/certificate.mjs";
import { NameServer } from "../support/name_server.mjs";
import { cpu_milliseconds, eventually } from "../support/process_state.mjs";
import { Receiver } from "../support/receiver.mjs";
import { median } from "../support/statistics.mjs";
import { in_parallel, new_server, World } from "./world.mjs";

const widths = [9, 10, 10]; // 1 + 9 + 90 + 900 grants
const grants = 1000;

async function grow_tree(world) {
    const root = await world.api.grant(world.agent, { scopes: World.scopes });
    let layer = [root];
    for (const width of widths)
        layer = await in_parallel(layer.length * width, 16, async (i) => {
            const parent = layer[Math.floor(i / width)].grantToken;
            const answer = await world.api.delegate(parent, world.sub_agent);
            if (answer.status !== 201) throw new Error(`delegate: ${answer.text}`);
            return answer.body;
        });
    return root.grantId;
}

async function revoke(world, root) {
    const { pid } = world.server;
    const [cpu, start] = [cpu_milliseconds(pid), performance.now()];
    const { status } = await world.api.revoke(root);
    if (status !== 204) throw new Error(`revoke: ${status}`);
    return { cpu_ms: cpu_milliseconds(pid) - cpu, ms: performance.now() - start };
}

// The medians over some trees.
async function measure_trees(world, count) {
    const each = [];
    for (let i = 0; i < count; ++i) each.push(await revoke(world, await grow_tree(world)));
    return { cpu_ms: median(each.map((one) => one.cpu_ms)), ms: median(each.map((one) => one.ms)) };
}

// From the answer to the revocation until the last delivery is recorded as such.
async function measure_deliveries(world, receiver, url) {
    const { api, server } = world;
    const events = ["grant.revoked"];
    const webhook = await api.must(201, "POST", "/v1/webhooks", { url, events });
    const root = await grow_tree(world);
    await revoke(world, root);
    const [cpu, start, before] = [
        cpu_milliseconds(server.pid),
        performance.now(),
        receiver.received.length,
    ];
    await receiver.until(grants);
    const seconds = (performance.now() - start) / 1000;
    const path = `/v1/webhooks/${webhook.id}/deliveries?status=delivered&pageSize=1`;
    const all = async () => (await api.must(200, "GET", path)).total === grants;
    if (!(await eventually(all))) throw new Error("not every delivery is recorded");
    const count = grants - before;
    const cpu_us = ((cpu_milliseconds(server.pid) - cpu) * 1000) / count;
    await api.remove(`/v1/webhooks/${webhook.id}`);
    return { rate: count / seconds, cpu_us, connections: receiver.connections };
}

// On a server of its own, which trusts the receiver's certificate.
export async function measure_revocation(signs_per_second, trees) {
    const certificate = make_certificate("receiver.test");
    const addresses = (_, type) => (type === "A" ? ["127.0.0.1"] : []);
    const names = await new NameServer(addresses).listen();
    const env = { SSL_CERT_FILE: certificate.file, GRANTEXD_DNS_SERVERS: names.address };
    const server = await new_server({ env }).start();
    const world = await new World(server, signs_per_second).prepare();
    const tree = await measure_trees(world, trees);
    const [plain, tls] = [
        await new Receiver().listen(),
        await new Receiver({ tls: certificate }).listen(),
    ];
    const deliveries = await measure_deliveries(world, plain, plain.url);
    const tls_url = tls.url.replace("127.0.0.1", "receiver.test");
    const deliveries_tls = await measure_deliveries(world, tls, tls_url);
    await server.stop();
    for (const each of [plain, tls, names]) each.close();
    return { grants, tree, deliveries, deliveries_tls };
}
