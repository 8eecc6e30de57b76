-- Sends one request again and again, each time with other random keys: wrk … -- FILE KEYS SEED.
-- FILE holds the request as it goes to the server; see KeyedRequest for what may stand in it.

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

-- For a length that is a multiple of three.
local function base64(text)
  local out = {}
  for i = 1, #text, 3 do
    local a, b, c = text:byte(i, i + 2)
    local bits = a * 65536 + b * 256 + c
    for shift = 3, 0, -1 do
      local digit = math.floor(bits / 64 ^ shift) % 64
      out[#out + 1] = alphabet:sub(digit + 1, digit + 1)
    end
  end
  return table.concat(out)
end

local keys

local places = {
  key = function() return string.format("k%08d", math.random(0, keys - 1)) end,
  key64 = function() return base64(string.format("k%08d", math.random(0, keys - 1))) end,
  prefix = function() return string.format("k%06d", math.floor(math.random(0, keys - 1) / 100)) end,
}

-- The texts between the places, and what fills the place behind each but the last.
local texts, fills = {}, {}

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local raw = file:read("*a")
  file:close()
  keys = tonumber(args[2])
  math.randomseed(tonumber(args[3]) * 1000 + thread_number)
  local from = 1
  for before, name, after in raw:gmatch("(){(%l+%d*)}()") do
    if places[name] then
      texts[#texts + 1] = raw:sub(from, before - 1)
      fills[#fills + 1] = places[name]
      from = after
    end
  end
  texts[#texts + 1] = raw:sub(from)
  if #fills == 1 then
    -- The usual case, in which the time of this script counts most.
    local head, fill, tail = texts[1], fills[1], texts[2]
    request = function() return head .. fill() .. tail end
  end
end

function request()
  local out = {}
  for i = 1, #fills do
    out[2 * i - 1] = texts[i]
    out[2 * i] = fills[i]()
  end
  out[#out + 1] = texts[#texts]
  return table.concat(out)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    "tidemark-wrk requests=%d micros=%d p50=%.1f p99=%.1f p99.9=%.1f"
      .. " connect=%d read=%d write=%d timeout=%d status=%d\n",
    summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
    errors.connect, errors.read, errors.write, errors.timeout, errors.status))
end
