import { describe, expect, test } from 'vitest';
import { DeadlineError } from '../../../src/observe/deadline.ts';
import { parseEndpoint } from '../../../src/observe/docker/endpoint.ts';
import { CallError, ProtocolError } from '../../../src/observe/docker/errors.ts';
import { classifyFailure } from '../../../src/observe/docker/reasons.ts';

const unix = { kind: 'unix', socketPath: '/var/run/docker.sock' } as const;
const tcp = { kind: 'tcp', host: 'docker-proxy', port: 2375 } as const;
const failed = (facts: object): Error => Object.assign(new Error('C4n4ry'), facts);

describe('why the engine cannot be read', () => {
  test.each([
    ['no socket', unix, failed({ code: 'ENOENT' }), 'absent', /docker: false/],
    ['no such host', tcp, failed({ code: 'ENOTFOUND' }), 'absent', /docker\.host/],
    ['a dead socket', unix, failed({ code: 'ECONNREFUSED' }), 'refused', /mount its directory/],
    ['a dead proxy', tcp, failed({ code: 'ECONNREFUSED' }), 'refused', /socket proxy/],
    ['no permission', unix, failed({ code: 'EACCES' }), 'forbidden', /group/],
    ['a proxy that refuses', tcp, failed({ statusCode: 403 }), 'forbidden', /allow GET/],
    ['a hang', unix, new DeadlineError('x', 2000), 'timeout', /hangs/],
    ['a full queue', unix, failed({ code: 'EAGAIN' }), 'timeout', /hangs/],
    ['an abort', unix, new DOMException('x', 'AbortError'), 'timeout', /hangs/],
    ['another service', tcp, failed({ statusCode: 404 }), 'protocol', /Docker API/],
    ['no HTTP', tcp, failed({ code: 'HPE_INVALID_CONSTANT' }), 'protocol', /Docker API/],
    ['a web page', tcp, new ProtocolError('the answer is a web page'), 'protocol', /web page/],
    ['a failing engine', unix, failed({ statusCode: 500 }), 'error', /log of the Docker engine/],
    ['a cut', unix, failed({ code: 'ECONNRESET' }), 'error', /ECONNRESET/],
    ['nonsense', unix, 'nonsense', 'error', /failed/],
  ] as const)('%s', (_name, endpoint, error, reason, detail) => {
    const failure = classifyFailure(new CallError('GET /volumes', error), 'another call', endpoint);
    expect(failure.reason).toBe(reason);
    expect(failure.detail).toMatch(detail);
    expect(failure.detail).not.toMatch(/\n|C4n4ry|another call/);
  });
});

describe('endpoints', () => {
  test.each([
    ['unix:///var/run/docker.sock', unix],
    ['/var/run/docker.sock', unix],
    ['tcp://docker-proxy:2375', tcp],
    ['tcp://docker-proxy', tcp],
    ['http://docker-proxy:2375/', tcp],
    ['tcp://[::1]:99', { kind: 'tcp', host: '::1', port: 99 }],
    ['tcp://docker-proxy:0', undefined],
    ['tcp://docker-proxy:99999', undefined],
    ['tcp://user:pass@docker-proxy:2375', undefined],
    ['unix://relative', undefined],
    ['ssh://host', undefined],
    ['', undefined],
  ])('%s', (host, endpoint) => {
    expect(parseEndpoint(host)).toEqual(endpoint);
  });
});
