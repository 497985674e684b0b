// Brings a server of MongoDB's protocol to what WANTED says. Runs in its container under mongosh, any number of times: it
// deletes no document, no collection, and no index but that by which documents expire.
//
//   WANTED  JSON: {"database", "collections", "users", "gone"}: collections as providers/common/documents.py writes them,
//           users as {"name", "password", "roles"}, gone the names of those that are let in no more
//
// /run/infra-kit/admin: the password of the administrator, who is made where there is nobody yet.
const { readFileSync } = require('fs');
const { hostname } = require('os');

const PORT = process.env.PORT || '27017';
const ADMIN = 'infra_kit';
const TTL = 'infra_kit_ttl';
const AUTHENTICATION_FAILED = 18;
const wanted = JSON.parse(process.env.WANTED);
const password = readFileSync(process.env.ADMIN_FILE || '/run/infra-kit/admin', 'utf8').trim();

function open(login) {
  return connect(`mongodb://${login}127.0.0.1:${PORT}/admin?directConnection=true&serverSelectionTimeoutMS=30000`);
}

function begin() {
  try {
    return open(`${ADMIN}:${password}@`);
  } catch (error) {
    if (error.code !== AUTHENTICATION_FAILED) throw error;
  }
  // While there is no user, whoever is in the container may make the set and the first user, and nothing else.
  const nobody = open('');
  if (!nobody.hello().setName) {
    nobody.adminCommand({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host: `${hostname()}:${PORT}` }] } });
  }
  awaitWrites(nobody);
  nobody.createUser({ user: ADMIN, pwd: password, roles: ['root'] });
  return open(`${ADMIN}:${password}@`);
}

function awaitWrites(admin) {
  for (let tries = 300; !admin.hello().isWritablePrimary; tries -= 1) {
    if (!tries) throw new Error('it takes no writes: its log says why');
    sleep(200);
  }
}

function settleUser(admin, { name, password: pwd, roles }) {
  if (admin.getUser(name)) admin.updateUser(name, { pwd, roles });
  else admin.createUser({ user: name, pwd, roles });
}

function settleCollection(database, name, { indexes, ttl }) {
  if (!database.getCollectionNames().includes(name)) database.createCollection(name);
  const collection = database.getCollection(name);
  for (const { keys, unique } of indexes) {
    collection.createIndex(Object.fromEntries(keys), unique ? { unique } : {});
  }
  let there = collection.getIndexes().find((index) => index.name === TTL);
  if (there && !(ttl && Object.keys(there.key).join() === ttl.field)) {
    collection.dropIndex(TTL);
    there = undefined;
  }
  if (ttl && !there) {
    collection.createIndex({ [ttl.field]: 1 }, { name: TTL, expireAfterSeconds: ttl.seconds });
  } else if (ttl && Number(there.expireAfterSeconds) !== ttl.seconds) {
    database.runCommand({ collMod: name, index: { name: TTL, expireAfterSeconds: ttl.seconds } });
  }
}

function settle() {
  const admin = begin();
  awaitWrites(admin);
  for (const user of wanted.users) settleUser(admin, user);
  for (const name of wanted.gone) {
    if (admin.getUser(name)) admin.dropUser(name);
  }
  const database = admin.getSiblingDB(wanted.database);
  for (const [name, collection] of Object.entries(wanted.collections)) {
    try {
      settleCollection(database, name, collection);
    } catch (error) {
      throw new Error(
        `the collection ${name} cannot be as it is asked for: ${error.message}. Where an index of the same fields is ` +
          'there with other options, or documents are in the way of a unique one, drop that index or mend those ' +
          'documents, and run it again',
      );
    }
  }
}

try {
  settle();
} catch (error) {
  console.error(`MongoDB: ${error.message}. Nothing was deleted.`);
  process.exit(1);
}
