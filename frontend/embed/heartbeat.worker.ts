// A beat a second that a hidden page still gets: timers of workers are not slowed down.
setInterval(() => postMessage(null), 1_000);
