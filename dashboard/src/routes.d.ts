// A view's code, as the router's plugin cuts it off from its route.
declare module '*?tsr-split=component' {}
