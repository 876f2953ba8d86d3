// GET / says how many parts there are; POST / makes one, named by the body.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 3 });
// Without a listener the loss of an idle connection would end the process.
pool.on('error', (error) => console.error(`the database is gone: ${error.message}`));

async function answer(request) {
  if (request.method === 'POST') {
    await pool.query('INSERT INTO part (name) VALUES ($1)', [await text(request)]);
  }
  const { rows } = await pool.query('SELECT count(*)::int AS parts FROM part');
  return rows[0];
}

const server = createServer((request, response) => {
  answer(request).then(
    (body) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`),
    (error) => response.writeHead(503, { 'content-type': 'text/plain' }).end(`${error.message}\n`),
  );
});
server.listen(8080);
process.once('SIGTERM', () => {
  server.close();
  void pool.end();
});
