import { ProtobufWriter, toTag } from '@dcc-mcp/protobuf-writer';

// message Event { string name = 1; google.protobuf.Timestamp time = 2; }
const EVENT = { name: toTag(1, 'bytes'), time: toTag(2, 'bytes') };
const TIMESTAMP = { seconds: toTag(1, 'varint'), nanos: toTag(2, 'varint') };
const writer = new ProtobufWriter(); // one for all messages: its buffer is used again

for (const { name, millis } of [
  { name: 'started', millis: 1_763_726_400_250 },
  { name: 'finished', millis: 1_763_726_402_000 },
]) {
  writer.textField(EVENT.name, name);
  const time = writer.beginMessage(EVENT.time);
  writer.intField(TIMESTAMP.seconds, Math.floor(millis / 1000));
  writer.intFieldUnlessZero(TIMESTAMP.nanos, (millis % 1000) * 1_000_000);
  writer.endMessage(time);
  console.log(name, Buffer.from(writer.finish()).toString('hex'));
}
