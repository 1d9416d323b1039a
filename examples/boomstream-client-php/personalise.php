<?php
/**
 * A training site's side of the Boomstream-compatible interface: turns the players on a page into the visitor's own.
 *
 *     ROLLCALL_HOST=… ROLLCALL_KEY=… ROLLCALL_SUBSCRIPTION=… php personalise.php SITE USER EMAIL < page.html > personal.html
 *
 * Every address of a player on the page (a frame's `src`, or the script of an adaptive one) is taken apart. Only players of
 * ROLLCALL_HOST count, and only that host is ever called: whoever writes pages must not learn the key. The visitor is
 * put on the list of the subscription under the User ID `site|user|media`; an access that has run out is prolonged where
 * the list allows it. Then the User ID is appended to the address, as it is. A visitor whom the list refuses sees the page
 * unchanged: without an ID the player lets nobody in. ROLLCALL_CA names the file of a certificate authority of your own.
 */

declare(strict_types=1);

const ANSWER_WITHIN_S = 10;
const NEVER = '0000-00-00 00:00:00';

final class Rollcall
{
    /** @param array<string, string> $access the API key and the subscription */
    public function __construct(public readonly string $host, private array $access, private string $certificates)
    {
    }

    /** Puts the visitor on the list; tells whether they may watch, and why not. */
    public function admit(string $media, string $user, string $email): bool
    {
        $buyer = [...$this->access, 'media' => $media, 'email' => $email, 'notification' => '0', 'hash' => $user];
        $added = $this->call('ppv/addbuyer', $buyer);
        if ($added === null || ($added['Status'] ?? '') !== 'Success') {
            fwrite(STDERR, "$user: " . ($added['Message'] ?? 'no answer') . "\n");
            return false;
        }
        if (self::isOver($added['AccessExpirationDate'] ?? null) || (int) ($added['Recovery'] ?? 0) === 0) {
            $this->renew($buyer, $added);
        }
        return true;
    }

    /** Asks for devices and time that are used up; whether the list grants them is its own affair. */
    private function renew(array $buyer, array $added): void
    {
        $list = $this->call('ppv/info', $buyer)['Items']['Item'] ?? null;
        if ($list === null) {
            return;
        }
        if ((int) ($added['Recovery'] ?? 0) === 0 && isset($list['Activation'])) {
            $this->call('ppv/updatebuyer', [...$buyer, 'activation' => (string) $list['Activation']]);
        }
        if (self::isOver($added['AccessExpirationDate'] ?? null)) {
            $until = $list['AccessExpirationDate'] ?? NEVER;
            if ($until === NEVER) {
                $until = self::now()->modify('+' . (int) ($list['Period'] ?? 0) . ' days')->format('Y-m-d H:i:s');
            }
            $this->call('ppv/updatebuyer', [...$buyer, 'access_expire' => $until]);
        }
    }

    private static function isOver(?string $moment): bool
    {
        if ($moment === null || $moment === NEVER) {
            return false;
        }
        return new DateTimeImmutable($moment, self::zone()) < self::now();
    }

    private static function now(): DateTimeImmutable
    {
        return new DateTimeImmutable('now', self::zone());
    }

    private static function zone(): DateTimeZone
    {
        return new DateTimeZone('Europe/Moscow');
    }

    /** @return array<string, mixed>|null the answer, or null where there was none; asked twice at most */
    private function call(string $method, array $given): ?array
    {
        $context = stream_context_create([
            'http' => ['timeout' => ANSWER_WITHIN_S, 'ignore_errors' => true, 'follow_location' => 0],
            'ssl' => $this->certificates === '' ? [] : ['cafile' => $this->certificates],
        ]);
        $url = "https://$this->host/api/$method?" . http_build_query(['format' => 'json', ...$given]);
        for ($attempt = 0; $attempt < 2; $attempt++) {
            $body = @file_get_contents($url, false, $context);
            $answer = $body === false ? null : json_decode($body, true);
            if (is_array($answer)) {
                return $answer;
            }
        }
        return null;
    }
}

/** Returns the page with every player that the visitor may watch turned into their own. */
function personalised(string $page, Rollcall $rollcall, string $site, string $user, string $email): string
{
    $host = preg_quote($rollcall->host, '~');
    $address = '~(src=")(https://(?i:' . $host . ')/(?:player\.html\?(?:[^"]*&(?:amp;)?)?code=)?([A-Za-z0-9]{8})(?![A-Za-z0-9])[^"]*)(")~';
    $known = [];
    return preg_replace_callback($address, function (array $found) use ($rollcall, $site, $user, $email, &$known): string {
        [, $before, $url, $media, $after] = $found;
        $id = "$site|$user|$media";
        $known[$id] ??= $rollcall->admit($media, $id, $email);
        $join = str_contains($url, '?') ? '&' : '?';
        $own = $known[$id] ? "{$join}id_recovery=" . htmlspecialchars($id) : '';
        return $before . $url . $own . $after;
    }, $page);
}

foreach (['ROLLCALL_HOST', 'ROLLCALL_KEY', 'ROLLCALL_SUBSCRIPTION'] as $setting) {
    if ($argc !== 4 || (getenv($setting) ?: '') === '') {
        fwrite(STDERR, "usage: ROLLCALL_HOST=… ROLLCALL_KEY=… ROLLCALL_SUBSCRIPTION=… php personalise.php SITE USER EMAIL\n");
        exit(2);
    }
}
$access = ['apikey' => getenv('ROLLCALL_KEY'), 'code' => getenv('ROLLCALL_SUBSCRIPTION')];
$rollcall = new Rollcall(getenv('ROLLCALL_HOST'), $access, getenv('ROLLCALL_CA') ?: '');
echo personalised(stream_get_contents(STDIN), $rollcall, $argv[1], $argv[2], $argv[3]);
