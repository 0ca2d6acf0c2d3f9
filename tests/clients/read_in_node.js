// As read_in_python.py, with node-pg: node read_in_node.js URL < names. Days are taken as text, as docs/bi.md says.
const pg = require("pg");
pg.types.setTypeParser(1082, (day) => day);

const NUMBERS = new Set([20, 21, 23, 700, 701, 1700]);

function said(field, values) {
  const filled = values.filter((value) => value !== null);
  if (filled.length && NUMBERS.has(field.dataTypeID)) {
    return [filled.length, filled.reduce((sum, value) => sum + Number(value), 0)];
  }
  const first = filled.length && field.dataTypeID === 1082 ? filled.reduce((a, b) => (a < b ? a : b)) : null;
  return [filled.length, first];
}

async function main(url, names) {
  const client = new pg.Client(url);
  await client.connect();
  const found = {};
  for (const name of names) {
    const answer = await client.query(`select * from marts."${name}"`);
    const columns = {};
    for (const field of answer.fields) {
      columns[field.name] = said(field, answer.rows.map((row) => row[field.name]));
    }
    found[name] = { rows: answer.rowCount, columns };
  }
  await client.end();
  console.log(JSON.stringify(found));
}

let text = "";
process.stdin.on("data", (part) => (text += part));
process.stdin.on("end", () => main(process.argv[2], Object.keys(JSON.parse(text))));
