<?php
// A registration desk on an intranet server: desk.php BASE PHONE [FROM [HTTP]]. FROM is
// the address from which the server asks, HTTP the version that it speaks. See
// python/desk.py for what it prints and waits for; a server cannot poll the readers
// when it asks from FROM, so it reads the card each second there.

[, $base, $phone] = $argv;
$from = $argv[3] ?? '';
$version = $argv[4] ?? '1.1';

function ask(string $path, ?array $body = null, string $method = 'GET'): array
{
    global $base, $from, $version;
    $http = ['method' => $body === null ? $method : 'POST', 'timeout' => 60, 'ignore_errors' => true, 'protocol_version' => (float) $version,
        'header' => "Content-Type: application/json; charset=utf8\r\nAccept: */*\r\n"];
    if ($body !== null) {
        $http['content'] = json_encode($body, JSON_UNESCAPED_UNICODE);
    }
    $options = ['http' => $http];
    if ($from !== '') {
        $options['socket'] = ['bindto' => $from . ':0'];
    }
    $text = @file_get_contents($base . $path, false, stream_context_create($options));
    if ($text === false) {
        return [0, null];
    }
    preg_match('/ (\d{3})/', $http_response_header[0], $status);
    return [(int) $status[1], json_decode($text, true)];
}

function wrong(string $what, array $answer): void
{
    fwrite(STDERR, $what . ': ' . json_encode($answer, JSON_UNESCAPED_UNICODE) . "\n");
    exit(1);
}

[$status, $none] = ask('/api/smartcard/read');
if ($status !== 500 || empty($none['errors'][0]['defaultMessage'])) {
    wrong('without a card', [$status, $none]);
}
if ($from === '' && ask('/api/smartcard/terminals', null, 'HEAD')[0] !== 200) {
    wrong('HEAD', []);
}
echo "WAITING\n";
do {
    usleep(800000);
    if ($from === '') {
        [$status, $terminals] = ask('/api/smartcard/terminals');
        $there = $status === 200 && !empty($terminals) && $terminals[0]['isPresent'];
    } else {
        $there = ask('/api/smartcard/read')[0] === 200;
    }
} while (!$there);

[$status, $card] = ask('/api/smartcard/read');
if ($status !== 200 || ($card['pid'] ?? '') === '') {
    wrong('read', [$status, $card]);
}
$main = $card['hospMain']['hcode'] ?? $card['hospMainOp']['hcode'] ?? '';
echo 'READ ' . $card['pid'] . ' ' . $main . "\n";
fgets(STDIN);

$order = ['pid' => $card['pid'], 'claimType' => $card['claimTypes'][0]['claimType'], 'mobile' => $phone,
    'correlationId' => $card['correlationId'], 'hn' => '000012345', 'hcode' => '99999'];
[$status, $other] = ask('/api/nhso-service/confirm-save', ['hcode' => '99998'] + $order);
if ($status !== 400 || strpos($other['errors'][0]['defaultMessage'], '99998') === false || strpos($other['errors'][0]['defaultMessage'], '99999') === false) {
    wrong('another unit', [$status, $other]);
}
[$status, $saved] = ask('/api/nhso-service/confirm-save', $order);
if (isset($saved['status']) || empty($saved['claimCode'])) {
    wrong('confirm-save', [$status, $saved]);
}
$hyphens = preg_replace('/^(\d)(\d{4})(\d{5})(\d{2})(\d)$/', '$1-$2-$3-$4-$5', $card['pid']);
[$status, $latest] = ask('/api/nhso-service/latest-authen-code/' . $hyphens);
if (($latest['claimCode'] ?? '') !== $saved['claimCode'] || strtotime($latest['claimDateTime']) !== strtotime($saved['createdDate'])) {
    wrong('latest', [$status, $latest]);
}
if ($from !== '') {
    foreach (['/api/v1/status', '/api/smartcard/terminals', '/api/preference', '/api/nhso-service/latest-authen-code/9000000000012'] as $path) {
        if (ask($path)[0] < 400) {
            wrong($path, ask($path));
        }
    }
}
echo $saved['claimCode'] . "\n";
