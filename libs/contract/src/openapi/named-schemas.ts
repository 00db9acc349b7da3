import type * as z from 'zod';
import {
  createGroupBody,
  createTokenBody,
  createTokenReply,
  createUserBody,
  groupReply,
  listGroupsReply,
  listTokensReply,
  listUsersReply,
  tokenReply,
  updateUserBody,
  updateUserReply,
  userReply,
  whoAmIReply,
} from '../account.js';
import { auditEvent, auditProblem, listAuditReply, verifyAuditReply } from '../audit.js';
import {
  executionDetailReply,
  executionReply,
  listExecutionsReply,
  rerunExecutionBody,
  submitExecutionBody,
} from '../execution.js';
import { healthLiveReply, healthReadyReply } from '../health.js';
import { listPodTemplatesReply, podTemplateBody, podTemplateReply } from '../pod-template.js';
import { listProcRevisionsReply, procMetadata, procReply, procRevisionReply } from '../metadata.js';
import { checkProcsReply } from '../proc-check.js';
import {
  listNotificationsReply,
  notificationReply,
  notifyPreferenceReply,
  setNotifyPreferenceBody,
} from '../notification.js';
import { problem } from '../problem.js';
import {
  createScheduleBody,
  nextTimesReply,
  scheduleHistoryReply,
  scheduleReply,
  tickReply,
  updateScheduleBody,
} from '../schedule.js';
import { sealedPageReply } from '../secret-key.js';
import { listSecretsReply, setSecretsBody } from '../secret.js';
import { createSessionBody, createSessionReply, listSessionsReply, sessionReply } from '../session.js';
import {
  pollSignInBody,
  pollSignInReply,
  refreshSignInBody,
  signInReply,
  startSignInReply,
} from '../sign-in.js';
import { logLinesReply, searchLogReply } from '../log-lines.js';
import { createWorkloadBody, listWorkloadsReply, workloadReply } from '../workload.js';

/** Schemas of requests, under the names that generated clients use. */
export const REQUEST_SCHEMAS = {
  SubmitExecution: submitExecutionBody,
  RerunExecution: rerunExecutionBody,
  RegisterProc: procMetadata,
  ApplyPodTemplate: podTemplateBody,
  SetSecrets: setSecretsBody,
  CreateSchedule: createScheduleBody,
  UpdateSchedule: updateScheduleBody,
  SetNotifyPreference: setNotifyPreferenceBody,
  CreateUser: createUserBody,
  UpdateUser: updateUserBody,
  CreateGroup: createGroupBody,
  CreateToken: createTokenBody,
  CreateWorkload: createWorkloadBody,
  CreateSession: createSessionBody,
  PollSignIn: pollSignInBody,
  RefreshSignIn: refreshSignInBody,
} as const satisfies Record<string, z.ZodType>;

/** Schemas of replies, under the names that generated clients use. */
export const REPLY_SCHEMAS = {
  Execution: executionReply,
  ExecutionDetail: executionDetailReply,
  ExecutionPage: listExecutionsReply,
  LogLines: logLinesReply,
  LogMatches: searchLogReply,
  ProcMetadata: procMetadata,
  Proc: procReply,
  ProcRevision: procRevisionReply,
  ProcRevisionPage: listProcRevisionsReply,
  ProcCheck: checkProcsReply,
  PodTemplate: podTemplateReply,
  PodTemplateList: listPodTemplatesReply,
  SecretNames: listSecretsReply,
  Schedule: scheduleReply,
  ScheduleNext: nextTimesReply,
  ScheduleTick: tickReply,
  ScheduleHistoryPage: scheduleHistoryReply,
  Notification: notificationReply,
  NotificationPage: listNotificationsReply,
  NotifyPreference: notifyPreferenceReply,
  WhoAmI: whoAmIReply,
  User: userReply,
  ChangedUser: updateUserReply,
  UserPage: listUsersReply,
  Group: groupReply,
  GroupPage: listGroupsReply,
  Token: tokenReply,
  TokenPage: listTokensReply,
  NewToken: createTokenReply,
  Workload: workloadReply,
  WorkloadList: listWorkloadsReply,
  AuditEvent: auditEvent,
  AuditPage: listAuditReply,
  AuditProblem: auditProblem,
  AuditCheck: verifyAuditReply,
  SealedPage: sealedPageReply,
  Session: sessionReply,
  SessionList: listSessionsReply,
  NewSession: createSessionReply,
  SignIn: signInReply,
  SignInStart: startSignInReply,
  SignInState: pollSignInReply,
  Liveness: healthLiveReply,
  Readiness: healthReadyReply,
  Problem: problem,
} as const satisfies Record<string, z.ZodType>;
