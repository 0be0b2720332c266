export type { AdminRoute } from './admin-route.ts';
export type {
  AdminRoutesOptions,
  AdminSources,
  CaptureStatus,
  EventsWanted,
  JsonRecord,
  TrafficSource,
} from './admin-sources.ts';
export { EventFeed, type EventFeedOptions, type StreamEvent } from './live/event-feed.ts';
export type { JobsAnswer, OpenJob } from './schemas/job-schema.ts';
export { createAdminRoutes, describeAdminRoutes } from './create-admin-routes.ts';
export type { AdminHandler, AdminRequest, RequestIds } from './request/admin-request.ts';
export { refusal } from './schemas/answer-schemas.ts';
export type { InstanceCard, InstancesAnswer } from './schemas/instance-schema.ts';
export type { GatewayHealth, GovernanceAnswer, TelemetryAnswer } from './schemas/state-schemas.ts';
