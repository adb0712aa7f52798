// Two entries of an audit chain with the exact bytes that are hashed and their hashes, computed
// once by other programs: what the recomputation is checked against before it judges the server.
const shared = {
    agentId: "ag_01KJPWD6M0W17VDP01P914P7ZE",
    agentDid: "did:grantex:ag_01KJPWD6M0W17VDP01P914P7ZE",
    grantId: "grnt_01KJPX39N0D3PSNR531QZFCJCQ",
    principalId: "user_7421",
    developerId: "dev_01KJF1S600JW4GBPASAG2RPHRM",
};

const first_hash = "f75b8a9903555fd59a0e09cef7885b42cedc721d5a6dc426d9635bb3d34ca972";

export const worked_example = [
    {
        bytes: 367,
        text:
            '{"id":"alog_01KJPX9JTGMARE2TEM7FQ8YS2M","agentId":"ag_01KJPWD6M0W17VDP01P914P7ZE",' +
            '"agentDid":"did:grantex:ag_01KJPWD6M0W17VDP01P914P7ZE",' +
            '"grantId":"grnt_01KJPX39N0D3PSNR531QZFCJCQ","principalId":"user_7421",' +
            '"developerId":"dev_01KJF1S600JW4GBPASAG2RPHRM","action":"calendar.read",' +
            '"metadata":{},"timestamp":"2026-03-02T09:15:30.000Z","prevHash":null,' +
            '"status":"success"}',
        entry: {
            ...shared,
            entryId: "alog_01KJPX9JTGMARE2TEM7FQ8YS2M",
            action: "calendar.read",
            metadata: {},
            timestamp: "2026-03-02T09:15:30.000Z",
            prevHash: null,
            status: "success",
            hash: first_hash,
        },
    },
    {
        bytes: 522,
        text:
            '{"id":"alog_01KJPX9M1JVQ0RPB593P8C1AA2","agentId":"ag_01KJPWD6M0W17VDP01P914P7ZE",' +
            '"agentDid":"did:grantex:ag_01KJPWD6M0W17VDP01P914P7ZE",' +
            '"grantId":"grnt_01KJPX39N0D3PSNR531QZFCJCQ","principalId":"user_7421",' +
            '"developerId":"dev_01KJF1S600JW4GBPASAG2RPHRM","action":"payment.initiated",' +
            '"metadata":{"amount":420.5,"nested":{"a":true,"z":null},' +
            '"payee":"Café Ω \\"North\\"","tags":["b","a"]},' +
            '"timestamp":"2026-03-02T09:15:31.250Z",' +
            `"prevHash":"${first_hash}","status":"blocked"}`,
        entry: {
            ...shared,
            entryId: "alog_01KJPX9M1JVQ0RPB593P8C1AA2",
            action: "payment.initiated",
            metadata: JSON.parse(
                '{"payee":"Café Ω \\"North\\"","amount":420.50,"tags":["b","a"],' +
                    '"nested":{"z":null,"a":true}}',
            ),
            timestamp: "2026-03-02T09:15:31.250Z",
            prevHash: first_hash,
            status: "blocked",
            hash: "605df7e4220cc21690d241d69e578826f5a6cede0f9318321b7d04aa06cbf52e",
        },
    },
];
