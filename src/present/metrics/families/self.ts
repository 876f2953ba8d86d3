import { DROPPED_KINDS, PUSH_OUTCOMES, type Report } from '../../../model/report.ts';
import type { Emit } from '../sheet.ts';
import { toDuration, toSeconds } from '../unit.ts';

/** Writes down what a report says about pgvigil itself. */
export function emitSelf(report: Report, emit: Emit): void {
  const { self } = report;
  emit('pgvigil_report_timestamp_seconds', {}, toSeconds(report.at));
  for (const { observer, target, up, durationMs, lastSuccessAt } of report.observers) {
    emit('pgvigil_observer_up', { observer, target }, up);
    emit('pgvigil_observer_duration_seconds', { observer, target }, toDuration(durationMs));
    emit('pgvigil_observer_last_success_timestamp_seconds', { observer, target }, toSeconds(lastSuccessAt));
  }
  emit('pgvigil_state_durable', {}, self.stateDurable);
  emit('pgvigil_state_corrupt', {}, self.stateCorrupt);
  for (const kind of DROPPED_KINDS) {
    emit('pgvigil_series_dropped_total', { kind }, report.dropped[kind] ?? 0);
  }
  for (const outcome of PUSH_OUTCOMES)
    emit('pgvigil_alert_pushes_total', { outcome }, self.alertPushes[outcome]);
  emit('pgvigil_config_last_reload_successful', {}, self.configReloadSuccessful);
  emit('pgvigil_config_last_reload_success_timestamp_seconds', {}, toSeconds(self.configReloadedAt));
  emit('pgvigil_web_config_last_reload_successful', {}, self.webFile?.successful);
  emit('pgvigil_web_certificate_expiry_timestamp_seconds', {}, toSeconds(self.webFile?.certificateExpiresAt));
  emit('pgvigil_build_info', { version: self.version }, 1);
}
