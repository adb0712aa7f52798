-- What wrk sends. The plan (a Lua table that wrk.mjs writes) names kinds of requests with their
-- weights, where the value of each request comes from, and what of the answers is kept.
local ffi = require("ffi")
ffi.cdef("typedef struct { long s, us; } moment; int gettimeofday(moment*, void*);")

local mark = "$VALUE"
local threads = {}
local kinds, by_name, choices = {}, {}, {}

function setup(thread)
    table.insert(threads, thread)
end

local function microseconds()
    local now = ffi.new("moment")
    ffi.C.gettimeofday(now, nil)
    return tonumber(now.s) * 1e6 + tonumber(now.us)
end

local function read_lines(path)
    local lines = {}
    for line in io.lines(path) do
        lines[#lines + 1] = line
    end
    return lines
end

-- What stands before the mark and after it; the second is nil without one.
local function split(text)
    local first, last = string.find(text, mark, 1, true)
    if not first then
        return text, nil
    end
    return string.sub(text, 1, first - 1), string.sub(text, last + 1)
end

local function headers_of(kind)
    local lines = "Host: 127.0.0.1\r\n"
    if kind.key then
        lines = lines .. "Authorization: Bearer " .. kind.key .. "\r\n"
    end
    if kind.body then
        lines = lines .. "Content-Type: application/json\r\n"
    end
    return lines
end

local function filled(before, after, value)
    return after and before .. value .. after or before
end

local function text_of(kind, value)
    local line = kind.method .. " " .. filled(kind.path_before, kind.path_after, value)
    local head = line .. " HTTP/1.1\r\n" .. kind.headers
    if not kind.body then
        return head .. "\r\n"
    end
    local body = filled(kind.body_before, kind.body_after, value)
    return head .. "Content-Length: " .. #body .. "\r\n\r\n" .. body
end

local function prepare(kind)
    kind.headers = headers_of(kind)
    kind.path_before, kind.path_after = split(kind.path)
    if kind.body then
        kind.body_before, kind.body_after = split(kind.body)
    end
    kind.values = kind.values and read_lines(kind.values) or { "" }
    kind.first, kind.last = 1, #kind.values
    -- Texts that are sent again and again are made once.
    if kind.use == "cycle" then
        for i, value in ipairs(kind.values) do
            kind.values[i] = text_of(kind, value)
        end
    end
end

local function next_text(kind)
    if kind.use == "cycle" then
        kind.first = kind.first % kind.last + 1
        return kind.values[kind.first]
    end
    if kind.first > kind.last then
        return nil
    end
    local value = kind.values[kind.first]
    kind.values[kind.first] = nil
    kind.first = kind.first + 1
    return text_of(kind, value)
end

-- A kind whose values are all under way lets the next one go first.
local function send_some()
    local place = math.random(#choices)
    for _ = 1, #choices do
        local text = next_text(choices[place])
        if text then
            return text
        end
        place = place % #choices + 1
    end
    took = microseconds() - started -- globals: done() reads them through the thread
    wrk.thread:stop()
    return "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
end

local function keep(rules)
    for _, rule in ipairs(rules) do
        if rule.file then
            rule.file = io.open(rule.file, "a")
        end
    end
    return function(_, _, body)
        for _, rule in ipairs(rules) do
            local value = string.match(body, rule.pattern)
            if value and rule.file then
                rule.file:write(value, "\n")
            end
            local fed = value and by_name[rule.feeds]
            if fed then
                fed.last = fed.last + 1
                fed.values[fed.last] = value
            end
            if value then
                return
            end
        end
    end
end

-- Without a function of its own wrk repeats one text, which costs it least.
local function send_the_same(kind)
    wrk.method, wrk.path, wrk.body = kind.method, kind.path, kind.body
    if kind.key then
        wrk.headers["Authorization"] = "Bearer " .. kind.key
    end
    if kind.body then
        wrk.headers["Content-Type"] = "application/json"
    end
end

function init(args)
    local plan = dofile(args[1])
    kinds = plan.kinds
    math.randomseed(7)
    if #kinds == 1 and not kinds[1].values then
        send_the_same(kinds[1])
    else
        for _, kind in ipairs(kinds) do
            prepare(kind)
            by_name[kind.name] = kind
            for _ = 1, kind.weight or 1 do
                choices[#choices + 1] = kind
            end
        end
        request = send_some
    end
    started = microseconds()
    if plan.answers then
        response = keep(plan.answers)
    end
    if plan.delay then
        delay = function()
            return math.random(0, 2 * plan.delay)
        end
    end
end

function done(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.timeout
    print(string.format(
        'RESULT {"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"refused":%d,"failed":%d,' ..
            '"generator_seconds":%f}',
        summary.requests, threads[1]:get("took") or summary.duration,
        latency:percentile(50), latency:percentile(99), errors.status, failed, os.clock()
    ))
end
