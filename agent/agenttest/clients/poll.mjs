#!/usr/bin/env node
// A hospital page or queue program in the style of the field, for tests and as an
// example (Node 18 or later):
//
//   poll.mjs BASE PHONE [CLAIM_TYPE]
//
// It polls the readers every 0.8 s until a card is inside, reads it, asks for the
// code of today, confirms, and prints the authen code as its last line. After a
// refusal or an unclear answer it asks for the latest code and never posts again.

const pollEvery = 800 // ms
const quick = 5_000, slow = 60_000 // ms: a list of readers; a reading, a submission
const patience = 90_000 // ms in which an unclear submission has to show

const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

// call returns status and decoded JSON; status 0 when no answer came.
async function call(url, { body, limit = quick } = {}) {
  try {
    const answer = await fetch(url, {
      method: body ? 'POST' : 'GET',
      headers: body ? { 'Content-Type': 'application/json' } : {},
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(limit),
    })
    const text = await answer.text()
    return { status: answer.status, data: text ? JSON.parse(text) : null }
  } catch {
    return { status: 0, data: null }
  }
}

const reason = (data) => data?.errors?.[0]?.defaultMessage ?? data?.message ?? 'no answer'

function fail(text) {
  console.error(text)
  process.exit(1)
}

async function waitForCard(base) {
  for (;;) {
    const { status, data } = await call(`${base}/api/smartcard/terminals`)
    if (status === 200 && data.some((t) => t.isPresent)) return
    await sleep(pollEvery)
  }
}

// codeOfToday returns the code, null when there is none, undefined when that is
// not known.
async function codeOfToday(base, pid, claimType) {
  const { status, data } = await call(`${base}/api/nhso-service/latest-5-authen-code-all-hospital/${pid}`, { limit: slow })
  if (status !== 200) return undefined
  const today = data.find((c) => c.claimType === claimType && c.claimDateTime.slice(0, 10) === c.checkDate.slice(0, 10))
  return today ? today.claimCode : null
}

async function main(base, phone, claimType = 'PG0060001') {
  base = base.replace(/\/+$/, '')
  await waitForCard(base)
  const card = await call(`${base}/api/smartcard/read?readImageFlag=false`, { limit: slow })
  if (card.status !== 200) fail(`read: ${card.status} ${reason(card.data)}`)
  const { pid, correlationId, claimTypes = [], mainInscl } = card.data
  if (!claimTypes.some((c) => c.claimType === claimType)) fail('claim type not open to this person')
  console.log('right', /\((.*?)\)/.exec(mainInscl)[1])
  let code = await codeOfToday(base, pid, claimType)
  if (code === undefined) fail('latest: no answer')
  if (!code) {
    const saved = await call(`${base}/api/nhso-service/confirm-save`, {
      body: { pid, claimType, mobile: phone, correlationId, hn: '000012345' }, limit: slow,
    })
    if (saved.status === 200 || saved.status === 201) {
      code = saved.data.claimCode
    } else {
      console.log('confirm-save', saved.status, reason(saved.data))
      const end = Date.now() + (saved.status === 400 ? 0 : patience)
      for (;;) {
        code = await codeOfToday(base, pid, claimType)
        if (code) break
        if (Date.now() > end) fail('no code')
        await sleep(pollEvery)
      }
    }
  }
  console.log(code)
}

const args = process.argv.slice(2)
if (args.length < 2 || args.length > 3) fail('poll.mjs BASE PHONE [CLAIM_TYPE]')
await main(...args)
