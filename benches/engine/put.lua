-- wrk script: PutRecords of ready-made bodies, every answer checked. Arguments: name of the engine, records a call (1 means PutRecord).
-- Bodies are built before the clock starts, so that the generator costs next to nothing. Neither engine checks the signature, which need only be there.
local alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
local RECORD_BYTES, BODIES = 1024, 8
local threads = {}

-- Base64 of as many random bytes: random letters of its alphabet, and the padding that 1,024 bytes end in.
local function data()
  local letters = {}
  for i = 1, math.floor(RECORD_BYTES / 3) * 4 do
    local at = math.random(64)
    letters[i] = alphabet:sub(at, at)
  end
  return table.concat(letters) .. 'QQ=='
end

function setup(thread)
  thread:set('id', #threads + 1)
  table.insert(threads, thread)
end

function init(args)
  math.randomseed(id)
  name, batch, failures, calls, bodies = args[1], tonumber(args[2]), 0, 0, {}
  local payload = data()
  for b = 1, BODIES do
    if batch == 1 then
      bodies[b] = string.format('{"StreamName":"bench","PartitionKey":"k%d","Data":"%s"}', math.random(1e9), payload)
    else
      local records = {}
      for i = 1, batch do
        records[i] = string.format('{"PartitionKey":"k%d","Data":"%s"}', math.random(1e9), payload)
      end
      bodies[b] = '{"StreamName":"bench","Records":[' .. table.concat(records, ',') .. ']}'
    end
  end
  wrk.method = 'POST'
  wrk.path = '/'
  wrk.headers['Content-Type'] = 'application/x-amz-json-1.1'
  wrk.headers['X-Amz-Target'] = 'Kinesis_20131202.' .. (batch == 1 and 'PutRecord' or 'PutRecords')
  wrk.headers['X-Amz-Date'] = '20250101T000000Z'
  wrk.headers['Authorization'] = 'AWS4-HMAC-SHA256 Credential=bench/20250101/us-east-1/kinesis/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=' .. string.rep('0', 64)
  for b = 1, BODIES do bodies[b] = wrk.format(nil, nil, nil, bodies[b]) end
end

function request()
  calls = calls + 1
  return bodies[calls % BODIES + 1]
end

function response(status, _, body)
  if status ~= 200 or (batch > 1 and not body:find('"FailedRecordCount":0', 1, true)) then failures = failures + 1 end
end

function done(summary, latency)
  local failed, first = 0, threads[1]
  for _, thread in ipairs(threads) do failed = failed + thread:get('failures') end
  local errors = summary.errors
  failed = failed + errors.connect + errors.read + errors.write + errors.timeout
  local size = first:get('batch')
  local rate = (summary.requests - failed) * size / (summary.duration / 1e6)
  print(string.format('| %s | %s | %.0f | %.1f | %.1f | %.1f | %d |', first:get('name'),
    size == 1 and 'PutRecord' or ('PutRecords of ' .. size), rate, rate * RECORD_BYTES / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failed))
end
