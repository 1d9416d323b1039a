/** Why a vote was not taken. Codes come from the server and may be newer than this page. */
import { isKey, t } from "../../shared/i18n";

export function sentence(code: string): string {
  const key = `poll.refused.${code}`;
  return isKey(key) ? t(key) : t("poll.refused");
}
