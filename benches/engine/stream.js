'use strict';
// node stream.js ADDRESS create           makes the stream `bench` with 4 shards and waits until it is active
// node stream.js ADDRESS read NAME        reads up to 200,000 of its records, all shards at once, and prints a row of the table
const http = require('node:http');

const [address, verb, name] = process.argv.slice(2);
const MOST = 200_000;
const agent = new http.Agent({ keepAlive: true });

function call(operation, input) {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify(input);
    const request = http.request(address, {
      agent,
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-amz-json-1.1',
        'Content-Length': Buffer.byteLength(body),
        'X-Amz-Target': `Kinesis_20131202.${operation}`,
        'X-Amz-Date': '20250101T000000Z',
        Authorization: `AWS4-HMAC-SHA256 Credential=bench/20250101/us-east-1/kinesis/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=${'0'.repeat(64)}`,
      },
    }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const answer = Buffer.concat(chunks);
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error(`${operation}: ${response.statusCode} ${answer.toString().slice(0, 300)}`));
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

const parse = (answer) => JSON.parse(answer.toString() || '{}');

/** Counts without parsing: the reader should not be what is measured. */
function count(answer) {
  let [records, at] = [0, -1];
  while ((at = answer.indexOf('"SequenceNumber"', at + 1)) >= 0) records++;
  const next = /"NextShardIterator":"([^"]+)"/.exec(answer.subarray(0, 600).toString() + answer.subarray(-600).toString());
  return { records, next: next && next[1] };
}

async function create() {
  await call('CreateStream', { StreamName: 'bench', ShardCount: 4 });
  while (parse(await call('DescribeStreamSummary', { StreamName: 'bench' })).StreamDescriptionSummary.StreamStatus !== 'ACTIVE') {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function read() {
  const { Shards } = parse(await call('ListShards', { StreamName: 'bench' }));
  let records = 0;
  const took = [];
  const began = process.hrtime.bigint();
  await Promise.all(Shards.map(async ({ ShardId }) => {
    let { ShardIterator } = parse(await call('GetShardIterator', { StreamName: 'bench', ShardId, ShardIteratorType: 'TRIM_HORIZON' }));
    while (ShardIterator && records < MOST) {
      const before = process.hrtime.bigint();
      const got = count(await call('GetRecords', { ShardIterator, Limit: 5000 }));
      took.push(Number(process.hrtime.bigint() - before) / 1e6);
      records += got.records;
      ShardIterator = got.records > 0 ? got.next : null;
    }
  }));
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  took.sort((a, b) => a - b);
  const at = (part) => took[Math.floor((took.length - 1) * part)].toFixed(1);
  console.log(`| ${name} | GetRecords, ${records} records | ${(records / seconds).toFixed(0)} | ${(records * 1024 / seconds / 1e6).toFixed(1)} | ${at(0.5)} | ${at(0.99)} | 0 |`);
}

(verb === 'create' ? create() : read()).catch((error) => {
  console.error(error.message);
  process.exit(1);
}).finally(() => agent.destroy());
