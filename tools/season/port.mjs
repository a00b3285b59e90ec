/* port.mjs [PORT]: prints a port that is free on loopback: the one asked for, or else 8080 if it is free and any other if not. */
import { createServer } from "node:net";

const free = (port) =>
  new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(0));
    server.listen(port, "127.0.0.1", () => {
      const taken = server.address().port;
      server.close(() => done(taken));
    });
  });

const asked = process.argv[2];
if (asked !== undefined && !(/^\d{1,5}$/.test(asked) && Number(asked) <= 65535)) {
  console.error(`demo: ${asked} is no port`);
  process.exit(2);
}
const port = asked === undefined ? (await free(8080)) || (await free(0)) : await free(Number(asked));
if (!port) {
  console.error(`demo: port ${asked} is taken; choose another with --port`);
  process.exit(1);
}
console.log(port);
