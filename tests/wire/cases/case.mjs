// A case is a call whose answer is known. `send` gets the world and, where the contract has one,
// the request example to replay; it gives {api, path, query, body, headers} of the call, where
// `api` is the caller (the world's developer unless said otherwise).

// request, response: names of the contract's examples, where it has several; another name when the
// answer has no example. part: of an operation that answers otherwise, one that is not built yet.
export const success = (id, status, send, { request = "", response = "", ...rest } = {}) => ({
    id,
    status,
    send,
    request,
    response,
    ...rest,
});

// message: the exact text, where callers compare with it.
export const refusal = (id, status, code, why, send, rest = {}) => ({
    id,
    status,
    code,
    why,
    send,
    ...rest,
});
