// A name server for tests (RFC 1035, over UDP): answers what it is told, name by name.
import { createSocket } from "node:dgram";
import { once } from "node:events";

const types = { A: 1, TXT: 16, AAAA: 28 };

function read_name(packet, at) {
    const labels = [];
    while (packet[at] !== 0) {
        labels.push(packet.toString("latin1", at + 1, at + 1 + packet[at]));
        at += packet[at] + 1;
    }
    return { name: labels.join(".").toLowerCase(), end: at + 1 };
}
const ipv6_bytes = (text) => {
    const [head, tail = ""] = text.split("::");
    const words = (part) => (part ? part.split(":") : []).map((word) => parseInt(word, 16));
    const [a, b] = [words(head), words(tail)];
    const all = text.includes("::") ? [...a, ...Array(8 - a.length - b.length).fill(0), ...b] : a;
    return Buffer.from(all.flatMap((word) => [word >> 8, word & 255]));
};
const data_of = {
    A: (text) => Buffer.from(text.split(".").map(Number)),
    AAAA: ipv6_bytes,
    TXT: (strings) =>
        Buffer.concat([strings].flat().map((s) => Buffer.concat([Buffer.of(s.length), Buffer.from(s)]))),
};

export class NameServer {
    // records(name, type): values of the type, "silent" for no answer, undefined: no such name.
    constructor(records) {
        this.records = records;
        this.questions = [];
    }

    async listen() {
        this.socket = createSocket("udp4");
        this.socket.on("message", (packet, peer) => this.#answer(packet, peer));
        this.socket.bind(0, "127.0.0.1");
        await once(this.socket, "listening");
        this.address = `127.0.0.1:${this.socket.address().port}`;
        return this;
    }
    close() {
        this.socket.close();
    }

    #answer(packet, peer) {
        const { name, end } = read_name(packet, 12);
        const number = packet.readUInt16BE(end);
        const type = Object.keys(types).find((each) => types[each] === number);
        this.questions.push(`${name} ${type ?? number}`);
        const values = type ? this.records(name, type) : [];
        if (values === "silent") return;
        const header = Buffer.alloc(12);
        packet.copy(header, 0, 0, 2);
        header.writeUInt16BE(values === undefined ? 0x8183 : 0x8180, 2);
        header.writeUInt16BE(1, 4);
        header.writeUInt16BE(values?.length ?? 0, 6);
        const answers = (values ?? []).map((value) => {
            const data = data_of[type](value);
            const record = Buffer.alloc(12);
            record.writeUInt16BE(0xc00c, 0);
            record.writeUInt16BE(number, 2);
            record.writeUInt16BE(1, 4);
            record.writeUInt16BE(data.length, 10); // a time to live of 0 before it
            return Buffer.concat([record, data]);
        });
        const question = packet.subarray(12, end + 4);
        this.socket.send(Buffer.concat([header, question, ...answers]), peer.port, peer.address);
    }
}
