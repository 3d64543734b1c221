import openLayers from 'ol/ol.css?inline';
import swipe from './viewer.css?inline';

/** The map's styles as text, for a shadow root: those of the page do not reach into it. */
export const mapStyles: string = openLayers + swipe;
