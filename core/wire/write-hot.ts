/**
 * The frames that every message needs, written without the table, for speed. A property test holds
 * each of them against the table.
 */
import type { ByteSink } from './byte-sink.ts';
import type { Accepted, Deliver, Delivery, Frame, Received, Send } from './frames.ts';

/**
 * Writes a SEND, ACCEPTED, DELIVER or RECEIVED; false, and nothing written, for any other frame.
 */
export function writeHot(sink: ByteSink, frame: Frame): boolean {
  if (frame.type === 'send') writeSend(sink, frame);
  else if (frame.type === 'accepted') writeAccepted(sink, frame);
  else if (frame.type === 'deliver') writeDeliver(sink, frame);
  else if (frame.type === 'received') writeReceived(sink, frame);
  else return false;
  return true;
}

function writeDeliver(sink: ByteSink, frame: Deliver): void {
  const begun = sink.beginFrame(0x20);
  writeDelivery(sink, frame);
  if (frame.again !== undefined) sink.uint(15, frame.again);
  if (frame.previous !== undefined) sink.uint(16, frame.previous);
  sink.endFrame(begun);
}

function writeSend(sink: ByteSink, frame: Send): void {
  const begun = sink.beginFrame(0x10);
  sink.text(1, frame.conversation);
  sink.uint(2, frame.number);
  sink.id(3, frame.id);
  sink.uint(4, frame.sentAt);
  if (frame.attempt !== undefined) sink.uint(5, frame.attempt);
  if (frame.mediaType !== undefined) sink.text(6, frame.mediaType);
  sink.bytes(7, frame.body);
  sink.endFrame(begun);
}

function writeAccepted(sink: ByteSink, frame: Accepted): void {
  const begun = sink.beginFrame(0x12);
  sink.text(1, frame.conversation);
  sink.uint(2, frame.number);
  sink.uint(3, frame.position);
  sink.uint(4, frame.order);
  sink.uint(5, frame.acceptedAt);
  if (frame.attempt !== undefined) sink.uint(6, frame.attempt);
  if (frame.duplicate !== undefined) sink.uint(7, frame.duplicate);
  sink.text(8, frame.durability);
  sink.id(9, frame.id);
  sink.endFrame(begun);
}

/** All fields of a DELIVER but `again` and `previous`. */
export function writeDelivery(sink: ByteSink, delivery: Delivery): void {
  sink.text(1, delivery.conversation);
  sink.uint(2, delivery.position);
  sink.uint(3, delivery.order);
  sink.id(4, delivery.id);
  sink.text(5, delivery.from);
  sink.text(6, delivery.device);
  sink.uint(7, delivery.number);
  sink.uint(8, delivery.sentAt);
  sink.uint(9, delivery.acceptedAt);
  if (delivery.kind !== undefined) sink.text(10, delivery.kind);
  if (delivery.mediaType !== undefined) sink.text(11, delivery.mediaType);
  if (delivery.body !== undefined) sink.bytes(12, delivery.body);
  if (delivery.user !== undefined) for (const user of delivery.user) sink.text(13, user);
  if (delivery.title !== undefined) sink.text(14, delivery.title);
}

function writeReceived(sink: ByteSink, frame: Received): void {
  const begun = sink.beginFrame(0x21);
  for (const upTo of frame.upTo ?? []) {
    const group = sink.beginGroup(1);
    sink.text(1, upTo.conversation);
    sink.uint(2, upTo.position);
    sink.endGroup(group);
  }
  sink.endFrame(begun);
}
