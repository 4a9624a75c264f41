import type { desktop as english } from "./en.desktop";

export const desktop: typeof english = {
  shortcuts: {
    lead: "選んだものだけを使います。すぐに、どのプログラムでも使えます。",
    wayland:
      "Wayland のデスクトップでは、ほかのプログラムのキーを受け取れません。このウィンドウのキーは使えます。",
    talk: "話す",
    mute: "ミュートの切り替え",
    states: {
      taken: "どのプログラムでも使えます。押すか、話す間押し続けてください。",
      refused: "ほかのプログラムが使っています。別のキーを選んでください。",
      impossible: "このデスクトップでは、プログラムがショートカットを使えません。",
    },
  },
  compact: {
    label: "小さな帯",
    note: "ウィンドウを細い帯にして、ほかのウィンドウの手前に置きます。キー入力は奪いません。帯の中のボタンで元に戻せます。",
  },
};
