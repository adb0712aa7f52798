// In what /openapi.json may differ from the contract, and why: [difference, reason]. `*` stands for
// any text. A line that explains nothing any more fails the test.
export const extensions = [];
