-- What wrk sends: `wrk … ADDRESS -- list|get|create`. Users are many, and so are the addresses of those who create, as in life: who
-- creates waits for nobody else.

local route
local sent = 0

function init(arguments)
  route = arguments[1]
  math.randomseed(os.time())
end

local function user(number)
  return { ["x-user-id"] = "user-" .. number % 1000 }
end

local requests = {
  list = function()
    return wrk.format("GET", "/api/stores", user(math.random(0, 999)))
  end,
  get = function()
    local number = math.random(1, 10000)
    return wrk.format("GET", string.format("/api/stores/00000000-0000-7000-8000-%012x", number), user(number))
  end,
  create = function()
    sent = sent + 1
    local headers = {
      ["x-user-id"] = "creator-" .. math.random(0, 9999),
      ["x-forwarded-for"] = string.format("10.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(1, 254)),
      ["content-type"] = "application/json",
    }
    return wrk.format("POST", "/api/stores", headers, '{"name":"shop ' .. sent .. '","engine":"woocommerce"}')
  end,
}

function request()
  return requests[route]()
end

-- One line that can be read by a program: requests a second, p50 and p99 in milliseconds, answers that were none or errors.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("result %.0f %.2f %.2f %d\n", summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
