/** How many photos show a place, from which number on, and its colour: on the map and in its legend. */
export const HEAT = [[0, '#c2453a'], [3, '#e39a3b'], [5, '#e6d25a'], [8, '#8cc26a'], [15, '#2f8f7f'], [30, '#1f5f8b']] as const;
