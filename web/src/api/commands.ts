// What can be commanded, as options for `useMutation`. A command is durable when it is answered, and the live connection
// tells what it changed, so nothing is invalidated by hand here.
import { mutationOptions } from '@tanstack/react-query';
import { body, DEPLOYMENT, http, once, postPending } from './client';
import type { Commanded, LaunchRequest } from './types';

const deployment = DEPLOYMENT;
const segment = encodeURIComponent;

export const launchCommand = () =>
  mutationOptions({
    mutationFn: (request: LaunchRequest) => {
      const params = { path: { deployment }, header: once() };
      return body(http.POST('/api/v1/deployments/{deployment}/runs', { params, body: request }));
    },
  });

export const cancelCommand = () =>
  mutationOptions({
    mutationFn: (run: string) => {
      const params = { path: { deployment, run }, header: once() };
      return body(http.POST('/api/v1/deployments/{deployment}/runs/{run}/cancel', { params }));
    },
  });

export const retryCommand = () =>
  mutationOptions({
    mutationFn: ({ run, scope }: { run: string; scope: 'all' | 'from_failure' }) => {
      const params = { path: { deployment, run }, header: once() };
      return body(http.POST('/api/v1/deployments/{deployment}/runs/{run}/retry', { params, body: { scope } }));
    },
  });

export const switchCommand = () =>
  mutationOptions({
    mutationFn: ({ schedule, to }: { schedule: string; to: 'on' | 'off' }) => {
      const params = { path: { deployment, schedule }, header: once() };
      const path = '/api/v1/deployments/{deployment}/schedules/{schedule}/switch';
      return body(http.POST(path, { params, body: { switch: to } }));
    },
  });

export const setPoolCommand = () =>
  mutationOptions({
    mutationFn: ({ pool, limit }: { pool: string; limit: number | null }) => {
      const params = { path: { deployment, pool }, header: once() };
      return body(http.PUT('/api/v1/deployments/{deployment}/pools/{pool}', { params, body: { limit } }));
    },
  });

/** Makes a manifest live for its location. */
export const deployCommand = () =>
  mutationOptions({
    mutationFn: (manifest: object) => {
      const params = { path: { deployment }, header: once() };
      const path = '/api/v1/deployments/{deployment}/deploys';
      return body(http.POST(path, { params, body: manifest as Record<string, never> }));
    },
  });

export const runScheduleCommand = () =>
  mutationOptions({
    mutationFn: (schedule: string) =>
      postPending<{ run: string; steps: number; warnings?: string[] }>(`/schedules/${segment(schedule)}/run`, {}),
  });

export const acknowledgeCommand = () =>
  mutationOptions({
    mutationFn: (incident: string) => postPending<Commanded>(`/alerts/incidents/${incident}/ack`, {}),
  });

/** Until when something is silent; null lets it speak again. */
export type Mute = { until: string | null };

export const muteIncidentCommand = () =>
  mutationOptions({
    mutationFn: ({ incident, until }: Mute & { incident: string }) =>
      postPending<Commanded>(`/alerts/incidents/${incident}/mute`, { until }),
  });

export const mutePolicyCommand = () =>
  mutationOptions({
    mutationFn: ({ policy, until }: Mute & { policy: string }) =>
      postPending<Commanded>(`/alerts/policies/${segment(policy)}/mute`, { until }),
  });

export const testPolicyCommand = () =>
  mutationOptions({
    mutationFn: (policy: string) => postPending<Commanded>(`/alerts/policies/${segment(policy)}/test`, {}),
  });

export const testChannelCommand = () =>
  mutationOptions({
    mutationFn: (channel: string) => postPending<Commanded>(`/alerts/channels/${segment(channel)}/test`, {}),
  });
