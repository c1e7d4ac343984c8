/**
 * How a failure is worded for an operator. Every other package may call it, on any thread: what is logged, written to stderr
 * or replied to an administrator goes through here.
 */
package io.replbuf.fault;
