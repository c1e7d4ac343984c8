/** The engine against programs that we did not write: real Redis servers, their tools, and the clients that people use. */
package io.replbuf.harness.interop;
