'use strict';
// Preload for a peer: `node -r ./loopback.js <peer>`.
// Peers listen on every interface and on fixed ports. This puts each listener on 127.0.0.1 and a free port instead, and says so on stdout:
//   listening <port asked for> <port given>
const { Server } = require('node:net');

const listen = Server.prototype.listen;

Server.prototype.listen = function listenOnLoopback(...args) {
  const [first] = args;
  const asked = Number(first !== null && typeof first === 'object' ? first.port : first) || 0;
  const done = args.find((arg) => typeof arg === 'function');
  this.once('listening', () => process.stdout.write(`listening ${asked} ${this.address().port}\n`));
  return listen.call(this, { host: '127.0.0.1', port: 0 }, done);
};
