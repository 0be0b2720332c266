export { ProtobufWriter, toTag, WIRE_TYPE } from './protobuf-writer.ts';
