-- Asks for the lines of a file, from one of them on, and tells what came of it.
local requests, at, most, answered = {}, 0, 0, 0

function init(args)
  local headers = {}
  if args[3] and args[3] ~= "" then headers["If-None-Match"] = args[3] end
  for line in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", line, headers)
  end
  at, most = tonumber(args[2]), tonumber(args[4] or 0)
  if most > 0 then
    response = function()
      answered = answered + 1
      if answered == most then wrk.thread:stop() end
    end
  end
end

function request()
  at = at + 1
  return requests[(at - 1) % #requests + 1]
end

function done(summary, latency, _)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format("told %d %d %d %d %d", summary.requests, summary.duration, summary.bytes,
    latency:percentile(99), failed))
end
