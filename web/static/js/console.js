// What every page needs, each in its own module; all of it only adds to pages that work without.
import "./relative-time.js";
import "./menus.js";
import "./forms.js";
import "./scrolling.js";
