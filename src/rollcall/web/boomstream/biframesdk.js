// The embedding page's side of the compatible player: puts players where the page asks for them, and talks to them.
//
// Usage: <span data-boomstream-code="CODE" data-boomstream-mode="adaptive"></span>, or a frame of your own, and
//   var player = new bIframeSDK("CODE"); player.on("loaded", function () { player.mute(); player.play(); });
// Messages go to and are taken from the origin of this script only.
(function () {
  "use strict";
  var origin = new URL(document.currentScript.src).origin;
  var ACTIONS = ["play", "pause", "seek", "mute", "unmute", "volume", "useLastTime", "previous", "next", "fullScreen",
    "toggleFullScreenButtonState"];

  function addressOf(frame) {
    try {
      return new URL(frame.src || "about:blank", location.href);
    } catch (error) {
      return null; // a page may have frames whose address is none
    }
  }

  function frameOf(code) {
    var frames = document.getElementsByTagName("iframe");
    for (var i = 0; i < frames.length; i += 1) {
      var url = addressOf(frames[i]);
      if (url === null || url.origin !== origin) continue;
      if (url.pathname === "/" + code || url.searchParams.get("code") === code) return frames[i];
    }
    return null;
  }

  function bIframeSDK(code) {
    var sdk = this;
    sdk.code = code;
    sdk.listeners = {};
    window.addEventListener("message", function (event) {
      var frame = frameOf(code);
      if (event.origin !== origin || !frame || event.source !== frame.contentWindow) return;
      var data = event.data;
      if (!data || data.code !== code || typeof data.method !== "string") return;
      (sdk.listeners[data.method] || []).forEach(function (listener) { listener(data); });
    });
  }

  bIframeSDK.prototype.on = function (method, listener) {
    (this.listeners[method] = this.listeners[method] || []).push(listener);
    return this;
  };

  bIframeSDK.prototype.action = function (action, data) {
    var frame = frameOf(this.code);
    if (!frame) return false;
    frame.contentWindow.postMessage({ code: this.code, method: "action", action: action, data: data }, origin);
    return true;
  };

  ACTIONS.forEach(function (action) {
    bIframeSDK.prototype[action] = function (data) { return this.action(action, data); };
  });

  // A span becomes a player that fills the width of its place and keeps the shape of the picture.
  function fill(span) {
    var code = span.getAttribute("data-boomstream-code");
    if (!/^[A-Za-z0-9]{8}$/.test(code || "")) return;
    var config = (window.boomstreamConfigs || {})[code] || {};
    var query = config.id_recovery ? "?id_recovery=" + encodeURIComponent(config.id_recovery) : "";
    var box = document.createElement("div");
    box.style.cssText = "position:relative;width:100%;padding-bottom:56.25%;height:0;overflow:hidden";
    var frame = document.createElement("iframe");
    frame.src = origin + "/" + code + query;
    frame.setAttribute("allow", "autoplay; fullscreen; picture-in-picture");
    frame.setAttribute("allowfullscreen", "");
    frame.setAttribute("scrolling", "no");
    frame.style.cssText = "position:absolute;inset:0;width:100%;height:100%;border:0";
    box.appendChild(frame);
    span.parentNode.replaceChild(box, span);
  }

  function fillAll() {
    var spans = document.querySelectorAll("span[data-boomstream-code]");
    for (var i = 0; i < spans.length; i += 1) {
      if ((spans[i].getAttribute("data-boomstream-mode") || "adaptive") === "adaptive") fill(spans[i]);
    }
  }

  window.bIframeSDK = bIframeSDK;
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", fillAll);
  else fillAll();
})();
